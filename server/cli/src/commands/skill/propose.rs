//! `housestyle skill propose`: a candidate on a branch for review, pushed and opened as a pull request where asked.

use std::path::Path;

use housestyle_adaptation::skill_review as review;
use housestyle_net::forge::{self, PullRequestDraft};
use housestyle_net::git;
use housestyle_review::{
    Proposal, ProposalOutcome, ProposalState, Proposals, Proposed, TreeBudget, default_branch, has_folder,
    propose, team_remote,
};
use housestyle_skills::lint::{self, Finding, Tolerance};
use housestyle_skills::{RULE_FILE, SKILL_FILE, Skill};
use housestyle_workspace::Configuration;
use housestyle_workspace::skills::list::Depth;
use housestyle_workspace::skills::read::{ROOTS, work_tree};
use housestyle_workspace::skills::store::{HeldOutSupport, MinerReport, Store, StoredCandidate, Support};
use serde_json::{Value, json};

use super::retire::retired;
use super::review::{ReviewContext, review_skill};
use crate::args::SkillProposeArgs;
use crate::failure::Failure;
use crate::invocation::Invocation;
use crate::output::{Style, print, print_json, visible};
use crate::remote_head;

/// Columns of a message's lines.
const COLUMNS: usize = 72;

/// A skill that can be proposed.
struct Candidate {
    name: String,
    files: Vec<(String, Vec<u8>)>,
    /// The miner's report; `None` of a skill written by hand.
    report: Option<MinerReport>,
    /// Its folder where it is written already.
    folder: Option<String>,
    /// Why it is to be retired, if it is.
    retires: Option<String>,
}

impl Candidate {
    /// Returns whether a program wrote it, from closed templates: then there is nothing to be found in it.
    fn is_mined(&self) -> bool {
        self.folder.is_none() || self.files.iter().any(|(path, _)| path == RULE_FILE)
    }
}

/// A skill that was proposed.
struct ProposedSkill {
    name: String,
    folder: String,
    proposed: Proposed,
    pull: Option<(String, forge::OpenOutcome)>,
}

/// Proposes skills.
pub(super) fn run(invocation: &Invocation, args: &SkillProposeArgs) -> Result<(), Failure> {
    let configuration = Configuration::load(&invocation.workspace);
    let hosts = configuration.forges.clone();
    let settings = configuration.checked()?;
    if !settings.trusted {
        let why = "this workspace is not trusted (setting `trusted`): nothing is proposed from it";
        return Err(Failure::Usage(why.to_owned()));
    }
    let remote = match (&args.push, args.open) {
        (Some(Some(named)), _) => Some(named.clone()),
        (Some(None), _) | (None, true) => Some(team_remote(invocation.workspace.root())?),
        (None, false) => None,
    };
    let remote = remote.as_deref();
    let address = match remote {
        Some(remote) => {
            git::network(remote, invocation.flags.offline)?;
            Some((remote, git::address(invocation.workspace.root(), remote)?))
        }
        None => None,
    };
    // Before anything is written: what cannot be opened at all is told at once.
    let client = match &address {
        Some((remote, address)) if args.open => {
            Some(forge::of(invocation.workspace.home(), remote, address, &hosts)?)
        }
        _ => None,
    };
    if let Some(remote) = remote {
        remote_head::check(invocation, remote)?;
    }
    let mut refused = Vec::new();
    let mut all = Vec::new();
    for candidate in candidates(invocation, args)? {
        let found = lint::lint(&candidate.name, &candidate.files);
        if lint::refuses(&found, Tolerance::of(candidate.is_mined())) {
            refused.push((candidate.name, first_findings(&found)));
            continue;
        }
        if args.all
            && Proposals::of(invocation.workspace.root(), &TreeBudget::default())?.state(&candidate.name)?
                == ProposalState::Deleted
        {
            let why = "its branch was removed without a merge: name it to propose it again".to_owned();
            refused.push((candidate.name, why));
            continue;
        }
        let folder = match &candidate.folder {
            Some(folder) => folder.clone(),
            None => format!(
                "{}/{}",
                parent(invocation.workspace.root(), &settings.skills_folder, &candidate.name)?,
                candidate.name
            ),
        };
        let proposed = commit(invocation, &candidate, &folder)?;
        let mut done = ProposedSkill { name: candidate.name.clone(), folder, proposed, pull: None };
        if let Some((remote, _)) =
            address.as_ref().filter(|_| done.proposed.outcome != ProposalOutcome::Merged)
        {
            let reference = format!("refs/heads/{}", done.proposed.branch);
            let spec = format!("{reference}:{reference}");
            git::run(invocation.workspace.root(), &["push", "--quiet", "--set-upstream", remote, &spec])?;
        }
        if let Some(client) = client.as_ref().filter(|_| done.proposed.outcome != ProposalOutcome::Merged) {
            let body = body(invocation, &candidate, &done)?;
            let base = default_branch(invocation.workspace.root())?.known()?.name;
            let what = if candidate.retires.is_some() { "Retire the skill" } else { "Skill" };
            let title = format!("{what}: {}", candidate.name);
            let draft =
                PullRequestDraft { branch: &done.proposed.branch, base: &base, title: &title, body: &body };
            done.pull = Some(forge::open(client, &draft, args.again)?);
        }
        if !invocation.flags.json {
            print(&summary_line(&done, remote))?;
        }
        all.push(done);
    }
    finish(invocation, remote, &all, &refused)
}

/// Returns the skills to propose, best first.
fn candidates(invocation: &Invocation, args: &SkillProposeArgs) -> Result<Vec<Candidate>, Failure> {
    let mined = Store::of(&invocation.workspace).candidates()?;
    let of_miner = |found: &StoredCandidate| Candidate {
        name: found.name.clone(),
        files: found.contents(),
        report: found.report.clone(),
        folder: None,
        retires: None,
    };
    if args.retire {
        return args.names.iter().map(|name| to_retire(invocation, name)).collect();
    }
    if args.all {
        if mined.is_empty() {
            let why = "there is no candidate in this workspace: `housestyle skill mine` looks for some";
            return Err(Failure::Usage(why.to_owned()));
        }
        return Ok(mined.iter().map(of_miner).collect());
    }
    let mut written = None;
    let find = |name: &String| {
        if let Some(found) = mined.iter().find(|candidate| candidate.name == *name) {
            return Ok(of_miner(found));
        }
        let written =
            written.get_or_insert_with(|| work_tree(invocation.workspace.root(), &TreeBudget::default()));
        match written.iter().find(|found| found.name() == name) {
            Some(found) => match &found.files {
                Ok(files) => Ok(Candidate {
                    name: name.clone(),
                    files: files.clone(),
                    report: None,
                    folder: Some(found.folder.clone()),
                    retires: None,
                }),
                Err(error) => Err(Failure::check(error)),
            },
            None => Err(Failure::Usage(format!(
                "there is no candidate {name:?} in this workspace, and no folder of that name: see `housestyle skill list`"
            ))),
        }
    };
    args.names.iter().map(find).collect()
}

/// Returns the candidate that retires an approved skill.
fn to_retire(invocation: &Invocation, name: &str) -> Result<Candidate, Failure> {
    let entry = super::find(invocation, name, Depth::Merges)?;
    let (files, why) = retired(&entry)?;
    Ok(Candidate { name: name.to_owned(), files, report: None, folder: entry.folder, retires: Some(why) })
}

/// Returns the folder for a proposed skill: the setting, else its own folder, that of other skills, or the usual one.
fn parent(workspace: &Path, set: &str, name: &str) -> Result<String, Failure> {
    if !set.is_empty() {
        return Ok(set.trim_matches('/').to_owned());
    }
    let budget = TreeBudget::default();
    for root in ROOTS {
        if has_folder(workspace, &format!("{root}/{name}"), None, &budget)? {
            return Ok(root.to_owned());
        }
    }
    for root in ROOTS {
        // Other programs have folders of that name for other things.
        let holding = (root == "skills").then_some(SKILL_FILE);
        if has_folder(workspace, root, holding, &budget)? {
            return Ok(root.to_owned());
        }
    }
    Ok(ROOTS[0].to_owned())
}

fn commit(invocation: &Invocation, candidate: &Candidate, folder: &str) -> Result<Proposed, Failure> {
    let skill = Skill::read(&candidate.name, &candidate.files).map_err(Failure::check)?;
    let files: Vec<(String, Vec<u8>)> =
        candidate.files.iter().map(|(path, content)| (format!("{folder}/{path}"), content.clone())).collect();
    let message = match &candidate.retires {
        Some(why) => retirement(&skill, why),
        None => message(&skill, candidate.report.as_ref()),
    };
    let subject = format!("skill {}", candidate.name);
    let proposal = Proposal { name: &candidate.name, subject: &subject, files: &files, message: &message };
    let _span = tracing::info_span!("proposal", of = "skill").entered();
    let proposed = propose(invocation.workspace.root(), &proposal)?;
    tracing::info!(commit = proposed.commit, outcome = ?proposed.outcome, "committed");
    Ok(proposed)
}

/// Returns the commit's message: the description, the evidence, and trailers that programs read.
fn message(skill: &Skill, report: Option<&MinerReport>) -> String {
    let mut message = format!("Propose the skill {}\n\n{}\n", skill.name, wrapped(&skill.description));
    if let Some(MinerReport { support, held_out, .. }) = report {
        let Support { edits, files, authors, .. } = support;
        let line = format!("Seen in {edits} edits of {files} files by {authors} authors.");
        message.push_str(&format!("\n{}\n", wrapped(&line)));
        let HeldOutSupport { places, followed, interval, .. } = held_out;
        if *places > 0 {
            let [low, high] = interval.map(|bound| bound * 100.0);
            let line = format!(
                "In later edits {followed} of {places} places follow it (95 % {low:.0} to {high:.0} %)."
            );
            message.push_str(&format!("{}\n", wrapped(&line)));
        }
    }
    message.push_str(&format!("\nHousestyle-Digest: {}\n", skill.digest));
    message
}

/// Returns the message of a commit that retires a skill.
fn retirement(skill: &Skill, why: &str) -> String {
    let body = format!("Why: {why}. Merged, it is not used any more; its text stays.");
    format!("Retire the skill {}\n\n{}\n\nHousestyle-Digest: {}\n", skill.name, wrapped(&body), skill.digest)
}

fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > COLUMNS {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// Returns the pull request's text: the report of `skill review`.
fn body(invocation: &Invocation, candidate: &Candidate, done: &ProposedSkill) -> Result<String, Failure> {
    let mut context = ReviewContext::of(invocation)?;
    let after = Ok(candidate.files.clone());
    let one = review_skill(&mut context, &done.folder, None, Some(&after));
    let base = default_branch(invocation.workspace.root())?.known()?.name;
    Ok(review::markdown(&review::Report::of(&base, &done.proposed.commit, vec![one])))
}

fn first_findings(found: &[Finding]) -> String {
    found.iter().take(3).map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// Returns the result of a proposal, for people.
fn summary_line(done: &ProposedSkill, remote: Option<&str>) -> String {
    let style = Style::for_stdout();
    let Proposed { branch, commit, outcome, before } = &done.proposed;
    let commit = &commit[..10.min(commit.len())];
    let mut line = match outcome {
        ProposalOutcome::Made => {
            format!("{} {} is proposed: {commit} on {branch}", style.green("✓"), done.name)
        }
        ProposalOutcome::Updated => {
            format!("{} {} is proposed anew: {commit} on {branch}", style.green("✓"), done.name)
        }
        ProposalOutcome::Unchanged => {
            format!("{} {} was proposed already: {commit} on {branch}", style.green("✓"), done.name)
        }
        ProposalOutcome::Merged => {
            format!("{} {} is on the default branch already", style.green("✓"), done.name)
        }
    };
    match before {
        ProposalState::Deleted if *outcome == ProposalOutcome::Made => {
            line.push_str("\n  (its branch had been removed without a merge)");
        }
        ProposalState::Merged if *outcome != ProposalOutcome::Merged => {
            line.push_str("\n  (what was proposed before is merged)");
        }
        _ => {}
    }
    if *outcome == ProposalOutcome::Merged {
        return line;
    }
    match (&done.pull, remote) {
        (Some((url, opening)), _) => {
            let what = match opening {
                forge::OpenOutcome::Opened => "pull request opened",
                forge::OpenOutcome::Updated => "pull request updated",
                forge::OpenOutcome::Unchanged => "pull request is up to date",
                forge::OpenOutcome::MarksRemoved => {
                    "pull request is there; its text was rewritten by people and stays"
                }
            };
            line.push_str(&format!("\n  {what}: {}", visible(url)));
        }
        (None, Some(remote)) => line.push_str(&format!("\n  pushed to {}", visible(remote))),
        (None, None) => line.push_str(&format!(
            "\n  look at it with {}; share it with {}; merged is approved",
            style.cyan(format!("git show {branch}")),
            style.cyan(format!("housestyle skill propose {} --open", done.name))
        )),
    }
    line
}

fn finish(
    invocation: &Invocation,
    remote: Option<&str>,
    all: &[ProposedSkill],
    refused: &[(String, String)],
) -> Result<(), Failure> {
    if invocation.flags.json {
        let proposed: Vec<Value> = all
            .iter()
            .map(|done| {
                let Proposed { branch, commit, outcome, before } = &done.proposed;
                let outcome = match outcome {
                    ProposalOutcome::Made => "made",
                    ProposalOutcome::Updated => "updated",
                    ProposalOutcome::Unchanged => "unchanged",
                    ProposalOutcome::Merged => "merged",
                };
                json!({
                    "name": done.name, "folder": done.folder, "branch": branch, "commit": commit,
                    "outcome": outcome, "before": before.code(),
                    "pushed": remote.filter(|_| outcome != "merged"),
                    "pull_request": done.pull.as_ref().map(|(url, opening)| json!({
                        "url": url, "outcome": opening.code(),
                    })),
                })
            })
            .collect();
        let refused: Vec<Value> =
            refused.iter().map(|(name, why)| json!({ "name": name, "reason": why })).collect();
        print_json(&json!({ "proposed": proposed, "refused": refused }))?;
    } else {
        let style = Style::for_stdout();
        for (name, why) in refused {
            print(&format!("{} {} is not proposed: {}", style.red("✗"), visible(name), visible(why)))?;
        }
    }
    match refused.len() {
        0 => Ok(()),
        count => {
            Err(Failure::CheckSaidNo(format!("{count} of {} skills are not proposed", count + all.len())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_states_the_evidence() {
        let text = format!("---\nname: \"a\"\ndescription: \"{}\"\n---\nBody.\n", "word ".repeat(30).trim());
        let skill = Skill::read("a", &[("SKILL.md".to_owned(), text.into_bytes())]).expect("a skill");
        let report = json!({
            "support": { "edits": 12, "files": 7, "authors": 3 },
            "later": { "places": 20, "followed": 19, "interval": [0.76, 0.99] },
        });
        let report: MinerReport = serde_json::from_value(report).expect("a report");
        let text = message(&skill, Some(&report));
        assert!(text.lines().all(|line| line.len() <= 72 || line.starts_with("Housestyle-Digest")), "{text}");
        assert!(text.contains("\nSeen in 12 edits of 7 files by 3 authors.\n"), "{text}");
        assert!(text.contains("19 of 20 places follow it (95 % 76 to 99 %)."), "{text}");
        assert!(text.ends_with(&format!("\n\nHousestyle-Digest: {}\n", skill.digest)), "{text}");
        assert!(!message(&skill, None).contains("Seen"));
    }
}
