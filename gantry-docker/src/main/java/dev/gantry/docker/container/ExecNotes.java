package dev.gantry.docker.container;

import dev.gantry.api.container.ExecConfig;
import dev.gantry.api.json.Wire;
import dev.gantry.engine.exec.Exec;

/// What an exec was asked to be, kept with it for its inspection.
final class ExecNotes {
    private ExecNotes() {}

    static String write(ExecConfig config) {
        return Wire.json().toJson(config);
    }

    static ExecConfig read(Exec exec) {
        String notes = exec.spec().doorNotes();
        return notes.isEmpty()
                ? ExecConfig.builder().attachStdout(true).attachStderr(true).build()
                : Wire.json().type(ExecConfig.class).fromJson(notes);
    }
}
