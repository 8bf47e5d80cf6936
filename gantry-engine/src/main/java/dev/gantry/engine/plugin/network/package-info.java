/// Networks and addresses that a plugin makes: Docker's protocols `NetworkDriver` and `IpamDriver`. What
/// comes back is
/// read into the values of the network module; which namespace an interface belongs in is for the caller
/// to do.
@NullMarked
package dev.gantry.engine.plugin.network;

import org.jspecify.annotations.NullMarked;
