//! The best alignment of two sequences: the elements that stay, where one became the other.

/// Returns the pairs of indices of the common subsequence with the largest sum of weights; a pair of weight 0 is none.
pub(super) fn aligned<T>(old: &[T], new: &[T], weight: impl Fn(&T, &T) -> usize) -> Vec<(usize, usize)> {
    let width = new.len() + 1;
    let mut best = vec![0usize; (old.len() + 1) * width];
    let mut weights = vec![0usize; old.len() * new.len()];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let here = weight(&old[i], &new[j]);
            weights[i * new.len() + j] = here;
            let both = if here > 0 { here + best[(i + 1) * width + j + 1] } else { 0 };
            best[i * width + j] = both.max(best[(i + 1) * width + j]).max(best[i * width + j + 1]);
        }
    }
    let (mut i, mut j, mut matched) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        let here = weights[i * new.len() + j];
        if here > 0 && best[i * width + j] == here + best[(i + 1) * width + j + 1] {
            matched.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] >= best[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    matched
}
