package dev.gantry.engine.managed;

/// One installed plugin as it is now.
///
/// @param name what it is called here, with its tag
/// @param reference what it was installed from, in full; empty for one that was made here
public record PluginView(
        String id, String name, boolean enabled, String reference, PluginConfig config, PluginSettings settings) {}
