package dev.gantry.build.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Platform;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class VertexTest {
    private static final Platform PLATFORM = new Platform("linux", "amd64", "");
    private static final Vertex BASE = source("debian");

    private static Vertex source(String reference) {
        return new Vertex(new Op.ImageSource(reference, PLATFORM, Op.Pull.MISSING), List.of(), Note.NONE);
    }

    private static Op run(String... arguments) {
        return new Op.Exec(
                new Op.Process(List.of(arguments), List.of(), List.of(), "/", "", "", List.of(), List.of()),
                List.of(new Mount.Tree("/", OptionalInt.of(0), "", false, OptionalInt.of(0))),
                List.of(),
                Op.Network.SANDBOX,
                false,
                List.of());
    }

    private static Vertex on(Vertex base, Op op) {
        return new Vertex(op, List.of(base.result()), Note.NONE);
    }

    @Test
    void theSameWorkOnTheSameInputsIsOneVertex() {
        assertThat(on(BASE, run("make"))).isEqualTo(on(source("debian"), run("make")));
        assertThat(new Vertex(run("make"), List.of(BASE.result()), Note.of("[1/1] RUN make", 3)))
                .as("what is for people only does not count")
                .isEqualTo(on(BASE, run("make")));
    }

    @Test
    void whatDiffersInOperationOrInputsIsAnother() {
        Vertex make = on(BASE, run("make", "a b"));
        assertThat(make)
                .isNotEqualTo(on(BASE, run("make", "a", "b")))
                .isNotEqualTo(on(source("alpine"), run("make", "a b")))
                .isNotEqualTo(on(make, run("make", "a b")));
        Op file = new Op.Edit(
                List.of(new FileAction.MakeFile("/a", 0644, Content.of("x"), Optional.empty(), Optional.empty())));
        Op other = new Op.Edit(
                List.of(new FileAction.MakeFile("/a", 0644, Content.of("y"), Optional.empty(), Optional.empty())));
        assertThat(on(BASE, file)).isNotEqualTo(on(BASE, other));
    }

    @Test
    void aChainOfManyVerticesIsNotCountedTwice() {
        Vertex top = BASE;
        for (int i = 0; i < 2000; i++) {
            top = new Vertex(new Op.Merge(), List.of(top.result(), top.result()), Note.NONE);
        }
        assertThat(top.digest().hex()).hasSize(64); // 2^2000 ways lead to the base
    }

    @Test
    void aResultThatIsNotMadeCannotBeAskedFor() {
        assertThatThrownBy(() -> BASE.result(1)).isInstanceOf(IllegalArgumentException.class);
    }
}
