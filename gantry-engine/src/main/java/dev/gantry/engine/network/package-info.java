/// Networks and who is in them: kept durably, and given to containers for their runs. What a network is and what an
/// endpoint needs is computed in `gantry-network`; here it is remembered and done. It knows containers by their ids and
/// specs; containers see it as [dev.gantry.engine.container.ContainerNetworks] only.
@NullMarked
package dev.gantry.engine.network;

import org.jspecify.annotations.NullMarked;
