package dev.gantry.build.frontend;

import dev.gantry.build.dockerfile.Place;

/// A stage that can be asked for.
///
/// @param description the comment directly before it, when it begins with its name
/// @param byDefault whether it is built when none is asked for
public record Target(String name, String description, String base, String platform, boolean byDefault, Place place) {}
