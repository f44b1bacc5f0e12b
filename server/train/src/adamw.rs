//! AdamW (Kingma and Ba, 2015; Loshchilov and Hutter, 2019).

use std::ops::Range;

const BETA: [f32; 2] = [0.9, 0.999];
const EPSILON: f32 = 1e-8;

/// The optimiser's memory.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AdamW {
    /// Means of gradients and of their squares.
    pub(crate) moments: [Vec<f32>; 2],
    /// Steps taken.
    pub(crate) steps: u64,
}

impl AdamW {
    pub(crate) fn new(parameters: usize) -> AdamW {
        AdamW { moments: [vec![0.0; parameters], vec![0.0; parameters]], steps: 0 }
    }

    /// Changes the parts `trained` of the values by a step against the gradients.
    pub(crate) fn step(
        &mut self,
        values: &mut [f32],
        gradients: &[f32],
        trained: &[Range<usize>],
        rate: f32,
        decay: f32,
    ) {
        self.steps += 1;
        let unbias = BETA.map(|beta| 1.0 / (1.0 - f64::from(beta).powf(self.steps as f64)) as f32);
        let [first, second] = &mut self.moments;
        for i in trained.iter().cloned().flatten() {
            let g = gradients[i];
            first[i] = BETA[0] * first[i] + (1.0 - BETA[0]) * g;
            second[i] = BETA[1] * second[i] + (1.0 - BETA[1]) * g * g;
            let step = first[i] * unbias[0] / ((second[i] * unbias[1]).sqrt() + EPSILON);
            values[i] -= rate * (step + decay * values[i]);
        }
    }
}

/// Returns the norm of the trained parts of a gradient.
pub(crate) fn norm(gradients: &[f32], trained: &[Range<usize>]) -> f32 {
    let square = |i: usize| f64::from(gradients[i]) * f64::from(gradients[i]);
    trained.iter().cloned().flatten().map(square).sum::<f64>().sqrt() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_the_bottom_of_a_bowl_and_leaves_the_rest_alone() {
        let mut values = vec![3.0, 7.0, -2.0];
        let mut adam = AdamW::new(3);
        for _ in 0..2000 {
            let gradients: Vec<f32> =
                values.iter().zip([1.0, 1.0, 4.0]).map(|(v, k)| k * (v - 1.0)).collect();
            adam.step(&mut values, &gradients, &[0..1, 2..3], 0.01, 0.0);
        }
        assert!((values[0] - 1.0).abs() < 1e-2 && (values[2] - 1.0).abs() < 1e-2, "{values:?}");
        assert_eq!(values[1], 7.0);
        // The first step is as long as the rate, whatever the gradient.
        let mut two = vec![0.0; 2];
        AdamW::new(2).step(&mut two, &[1e-3, -7.0], &[0..1, 1..2], 0.5, 0.0);
        assert!((two[0] + 0.5).abs() < 1e-4 && (two[1] - 0.5).abs() < 1e-4);
        assert_eq!(norm(&[3.0, 9.0, 4.0], &[0..1, 2..3]), 5.0);
    }
}
