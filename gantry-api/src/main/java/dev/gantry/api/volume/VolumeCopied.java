package dev.gantry.api.volume;

import io.avaje.jsonb.Json;

/// What came of a copy of a volume: how many containers were frozen for it, and for how long.
@Json
public record VolumeCopied(
        @Json.Property("Volume") Volume volume,
        @Json.Property("PausedContainers") int pausedContainers,
        @Json.Property("PauseMillis") double pauseMillis) {}
