package dev.gantry.engine.container;

import java.time.Instant;

/// How a run ended. `code` is 128+n for signal n; `words` is empty, or says why there is no better account: the
/// supervisor was lost (137) or the host restarted (255).
public record Exit(int code, boolean oomKilled, Instant at, String words) {}
