/// What a dockerd has in its data root, brought to an engine of ours by the API that every client speaks. The data root
/// is only read. Nothing of it is trusted but what dockerd itself writes: files of layers and volumes are opened below
/// the descriptor of their directory.
@NullMarked
package dev.gantry.daemon.migrate;

import org.jspecify.annotations.NullMarked;
