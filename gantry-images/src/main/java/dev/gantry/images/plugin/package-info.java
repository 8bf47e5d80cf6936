/// The images of plugins that run in containers: a configuration of their own type and one layer, which registries keep
/// like images of containers. What the configuration says is known above; here it is bytes.
@NullMarked
package dev.gantry.images.plugin;

import org.jspecify.annotations.NullMarked;
