package dev.gantry.embedded;

import dev.gantry.base.Conflict;
import dev.gantry.base.GantryException;
import java.nio.file.Path;

/// What a [Guard] becomes when its program was killed: opens the engine of a root, takes away what is in it, and ends.
final class Sweep {
    private Sweep() {}

    public static void main(String[] args) {
        try {
            Path home = Path.of(args[0]);
            EmbeddedGantry.finish(home, EmbeddedGantry.cleaned(home));
        } catch (Conflict e) {
            System.err.println("gantry: another program uses it already, and has swept: " + e.getMessage());
        } catch (GantryException e) {
            System.err.println("gantry: " + e.getMessage());
            System.exit(1);
        }
    }
}
