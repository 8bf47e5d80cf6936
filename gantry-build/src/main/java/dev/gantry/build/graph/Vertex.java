package dev.gantry.build.graph;

import dev.gantry.base.Digest;
import java.util.List;

/// One thing to do. Two that do the same with the same inputs are equal, wherever they were written.
public final class Vertex {
    private final Op op;
    private final List<Files> inputs;
    private final Note note;
    private final Digest digest;

    /// @param inputs that the operation names by their places
    public Vertex(Op op, List<Files> inputs, Note note) {
        this.op = op;
        this.inputs = List.copyOf(inputs);
        this.note = note;
        this.digest = Canonical.digest(op, this.inputs);
    }

    public Op op() {
        return op;
    }

    public List<Files> inputs() {
        return inputs;
    }

    public Note note() {
        return note;
    }

    /// Of the operation and its inputs; what is for people only does not count.
    public Digest digest() {
        return digest;
    }

    public Files result(int number) {
        return new Files.Made(this, number);
    }

    /// The only result.
    public Files result() {
        if (op.results() != 1) {
            throw new IllegalStateException(op + " has " + op.results() + " results");
        }
        return result(0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Vertex v && digest.equals(v.digest);
    }

    @Override
    public int hashCode() {
        return digest.hashCode();
    }

    @Override
    public String toString() {
        return note.name().isEmpty() ? op.toString() : note.name();
    }
}
