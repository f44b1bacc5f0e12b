//! Pages that list the families of models list those of the table.

use std::path::Path;

use housestyle_engine::FAMILIES;

#[test]
fn pages_list_the_families_of_the_table() {
    let names: Vec<String> = FAMILIES.iter().map(|family| format!("`{}`", family.name)).collect();
    let (last, rest) = names.split_last().expect("a family");
    let expected = format!("families {} and {last}", rest.join(", "));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages = vec![root.join("README.md")];
    pages.extend(
        std::fs::read_dir(root.join("server")).expect("a folder").flatten().map(|entry| entry.path()),
    );
    let mut found = 0;
    for page in pages.iter().filter(|page| page.extension().is_some_and(|end| end == "md")) {
        let text = std::fs::read_to_string(page).expect("a page");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for (at, _) in text.match_indices("families `") {
            assert!(text[at..].starts_with(&expected), "{}: expected {expected:?}", page.display());
            found += 1;
        }
    }
    assert!(found > 0, "no page lists the families");
}
