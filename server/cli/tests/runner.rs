//! The built binary, driven from outside: what scripts and people rely on.

mod world;

mod adapter;
mod complete;
mod contract;
mod eval;
mod forge;
mod forget;
mod learn;
mod memory;
mod models;
mod propose;
mod replay;
mod serve;
mod skill;
mod skill_mine;
mod swap;
mod try_it;
