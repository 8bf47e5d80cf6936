package dev.gantry.embedded;

import java.io.IOException;
import java.nio.file.Path;

/// A program that opens an engine, says how many containers are in it, and closes it when its input ends.
final class Reopened {
    private Reopened() {}

    public static void main(String[] args) throws IOException {
        try (EmbeddedGantry gantry = EmbeddedGantry.open(Path.of(args[0]))) {
            System.out.println(gantry.engine().containers().list().size());
            System.in.readAllBytes();
        }
    }
}
