package dev.gantry.build.solve;

import dev.gantry.base.Digest;
import dev.gantry.build.graph.Vertex;
import java.util.List;
import java.util.Optional;

/// How the vertices of a graph are done. An interrupt ends what is being done.
public interface Work {
    /// By what the results are known, whoever asks and whenever; empty: it is looked at each time.
    Optional<Digest> key(Vertex vertex, List<Result> inputs, Asked asked);

    List<Result> run(Vertex vertex, List<Result> inputs, Asked asked, Told told) throws InterruptedException;

    /// Takes what a program writes.
    @FunctionalInterface
    interface Told {
        void log(int stream, byte[] bytes);
    }
}
