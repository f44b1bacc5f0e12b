//! Trains LoRA and BitFit adapters over the engine's frozen weights.
