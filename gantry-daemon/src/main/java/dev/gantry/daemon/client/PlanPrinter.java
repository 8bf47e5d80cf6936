package dev.gantry.daemon.client;

import java.io.InputStream;

/// `gantry runtime plan`: the launch plan of an OCI configuration, as text.
final class PlanPrinter {
    private PlanPrinter() {}

    static String print(InputStream config) {
        throw new dev.gantry.base.Unsupported("print the launch plan", "not wired yet", "wait for the next commit");
    }
}
