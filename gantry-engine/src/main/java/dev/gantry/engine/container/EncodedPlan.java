package dev.gantry.engine.container;

import dev.gantry.runtime.plan.LaunchPlan;
import dev.gantry.runtime.plan.PlanCodec;

/// A plan and what is sent of it.
record EncodedPlan(LaunchPlan plan, byte[] bytes) {
    static EncodedPlan of(LaunchPlan plan) {
        return new EncodedPlan(plan, PlanCodec.encode(plan));
    }
}
