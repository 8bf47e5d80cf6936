package dev.gantry.engine.container;

/// A plan that was compiled before anybody asked for the start.
///
/// @param row what it was compiled from; worthless for any other
record Foreseen(StoredContainer row, Meanwhile<EncodedPlan> plan) {}
