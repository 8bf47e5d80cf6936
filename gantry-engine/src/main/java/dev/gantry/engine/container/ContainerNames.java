package dev.gantry.engine.container;

import java.util.List;
import java.util.random.RandomGenerator;

/// Names for containers whose users chose none: a quality and a thing of a harbour.
final class ContainerNames {
    private static final List<String> QUALITIES = List.of(
            "agile", "ample", "brave", "brisk", "bright", "calm", "clear", "deft", "eager", "early", "fair", "firm",
            "fleet", "fresh", "gentle", "glad", "golden", "grand", "hardy", "honest", "humble", "keen", "kind", "light",
            "lively", "lucid", "merry", "mild", "neat", "nimble", "noble", "patient", "plain", "proud", "quick",
            "quiet", "ready", "sharp", "silent", "silver", "sober", "solid", "steady", "still", "sturdy", "sunny",
            "swift", "tidy", "tough", "true", "upright", "vivid", "warm", "wise");
    private static final List<String> THINGS = List.of(
            "anchor",
            "barge",
            "beacon",
            "bollard",
            "boom",
            "bridge",
            "buoy",
            "cable",
            "capstan",
            "cargo",
            "crane",
            "davit",
            "deck",
            "derrick",
            "dinghy",
            "dock",
            "ferry",
            "fender",
            "gantry",
            "gull",
            "harbour",
            "hatch",
            "hawser",
            "helm",
            "hoist",
            "hold",
            "hull",
            "jetty",
            "keel",
            "ladder",
            "lantern",
            "lighter",
            "lock",
            "mast",
            "mole",
            "oar",
            "pallet",
            "pier",
            "pilot",
            "quay",
            "rudder",
            "sail",
            "schooner",
            "sling",
            "slip",
            "spar",
            "tide",
            "trestle",
            "trolley",
            "tug",
            "wharf",
            "winch");

    private ContainerNames() {}

    /// `attempt` above a few adds a number, so that a free name is found whatever is taken.
    static String random(RandomGenerator random, int attempt) {
        String name = QUALITIES.get(random.nextInt(QUALITIES.size())) + "_" + THINGS.get(random.nextInt(THINGS.size()));
        return attempt < 3 ? name : name + random.nextInt(10 * (attempt + 1));
    }
}
