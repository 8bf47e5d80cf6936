package dev.gantry.build.frontend;

import dev.gantry.base.Platform;
import dev.gantry.build.dockerfile.Stage;

/// What a stage is built on, once its name is known.
sealed interface StageSource {
    /// No file at all.
    record Scratch() implements StageSource {}

    record OnStage(int number) implements StageSource {}

    /// @param reference as it is written
    record OnImage(String reference) implements StageSource {}

    record OnContext(Context context) implements StageSource {}

    /// @param replaced whether a further context stands for the whole stage
    /// @param platform that it is for
    record Resolved(Stage stage, StageSource source, Platform platform, boolean replaced) {}
}
