package dev.gantry.cli.image;

import dev.gantry.base.Unavailable;
import dev.gantry.cli.Caller;
import dev.gantry.java.Runtimes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The JDK of the caller: that of `JAVA_HOME`, else of the `PATH`.
record CallerJdk(Caller caller, String directory) implements Runtimes.Jdk {
    @Override
    public String version() {
        var out = new ByteArrayOutputStream();
        run("java", List.of("-version"), out);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public int run(String tool, List<String> arguments, OutputStream printed) {
        String home = caller.environment().getOrDefault("JAVA_HOME", "");
        List<String> command = new ArrayList<>(List.of(home.isEmpty() ? tool : home + "/bin/" + tool));
        command.addAll(arguments);
        return caller.program(command, directory, printed);
    }

    @Override
    public void write(String path, String text) {
        try (OutputStream out = caller.replace(path)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Unavailable("write " + path, String.valueOf(e.getMessage()), "check the disk", e);
        }
    }
}
