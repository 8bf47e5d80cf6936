package dev.gantry.build.dockerfile;

/// A piece of an instruction as it is written, variables and quotes and all.
public record Word(String text, Place place) {}
