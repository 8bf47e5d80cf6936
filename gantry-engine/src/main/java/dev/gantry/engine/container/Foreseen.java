package dev.gantry.engine.container;

import java.util.concurrent.FutureTask;

/// A plan that was compiled before anybody asked for the start.
///
/// @param row what it was compiled from; worthless for any other
record Foreseen(StoredContainer row, FutureTask<EncodedPlan> plan) {}
