package dev.gantry.maven;

import dev.gantry.base.NotFound;
import dev.gantry.base.Unavailable;
import dev.gantry.java.Runtimes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.spi.ToolProvider;

/// The JDK that runs Maven.
final class OwnJdk implements Runtimes.Jdk {
    @Override
    public String version() {
        return Runtime.version().toString();
    }

    @Override
    public int run(String tool, List<String> arguments, OutputStream printed) {
        ToolProvider provider = ToolProvider.findFirst(tool)
                .orElseThrow(() -> new NotFound("run " + tool, "this Java has none", "run Maven with a JDK"));
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return provider.run(out, out, arguments.toArray(String[]::new));
    }

    @Override
    public void write(String path, String text) {
        try {
            Files.writeString(Path.of(path), text);
        } catch (IOException e) {
            throw new Unavailable("write " + path, String.valueOf(e.getMessage()), "check the disk", e);
        }
    }
}
