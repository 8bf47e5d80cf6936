package dev.gantry.cli;

import java.io.InputStream;
import java.util.function.Function;

/// What commands need and modules below do: given by whoever wires the commands.
///
/// @param plan compiles an OCI `config.json` and prints the launch plan
public record Extras(Engines engines, Function<InputStream, String> plan) {}
