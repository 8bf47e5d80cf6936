package dev.gantry.cli.context;

import dev.gantry.api.client.EngineAddress;
import dev.gantry.api.client.EngineTls;
import org.jspecify.annotations.Nullable;

/// Where an engine is, and how it is spoken to.
///
/// @param tls null: not encrypted
public record Endpoint(EngineAddress address, @Nullable EngineTls tls) {}
