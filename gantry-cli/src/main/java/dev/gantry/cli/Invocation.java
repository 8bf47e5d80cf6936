package dev.gantry.cli;

import dev.gantry.api.client.EngineClient;
import dev.gantry.cli.context.Choice;
import dev.gantry.cli.flag.Parsed;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// One call of a command: who asks, with which arguments, of which engine. Nothing is dialled before the first request.
public record Invocation(Caller caller, EngineClient engine, Parsed args, Choice choice) {
    /// Prints a line to the caller's output.
    public void print(String line) {
        write(caller.out(), line + "\n");
    }

    /// Prints text as it is.
    public void printRaw(String text) {
        write(caller.out(), text);
    }

    /// Prints a line about the command to the caller's error stream.
    public void note(String line) {
        write(caller.err(), line + "\n");
    }

    private static void write(OutputStream out, String text) {
        try {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new OutputClosed(e);
        }
    }
}
