package dev.gantry.build.solve;

import dev.gantry.base.Digest;
import dev.gantry.build.graph.Vertex;
import dev.gantry.images.image.Layers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/// How the vertices of a graph are done. An interrupt ends what is being done.
public interface Work {
    /// By what the results are known, whoever asks and whenever; empty: it is looked at each time.
    Optional<Digest> key(Vertex vertex, List<Result> inputs, Asked asked);

    List<Result> run(Vertex vertex, List<Result> inputs, Asked asked, Means means) throws InterruptedException;

    /// What a step is done with.
    ///
    /// @param hold of what it makes, from the moment when it is made
    /// @param turns of programs: who runs one takes one last of all that may have to be waited for
    record Means(Told told, Layers.Hold hold, Semaphore turns) {}

    /// Takes what a program writes.
    @FunctionalInterface
    interface Told {
        void log(int stream, byte[] bytes);
    }
}
