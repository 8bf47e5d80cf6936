package dev.gantry.build.dockerfile;

/// `--name=value`, or `--name` alone, whose value is empty.
public record Flag(String name, String value, boolean alone, Place place) {}
