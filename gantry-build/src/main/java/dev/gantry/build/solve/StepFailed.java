package dev.gantry.build.solve;

import dev.gantry.build.graph.Vertex;

/// A program of a build has ended with another code than 0. It is no failure of ours, and its code counts.
public final class StepFailed extends RuntimeException {
    private final transient Vertex vertex;
    private final int code;

    /// @param command as it was written
    public StepFailed(Vertex vertex, String command, int code, String more) {
        super("The command '" + command + "' returned a non-zero code: " + code + more);
        this.vertex = vertex;
        this.code = code;
    }

    public Vertex vertex() {
        return vertex;
    }

    public int code() {
        return code;
    }
}
