package dev.gantry.engine.network;

import dev.gantry.base.NotFound;

/// Drivers of networks and of addresses that are no part of this engine. [NotFound] when there is none of a name.
public interface ForeignNetworks {
    ForeignDriver driver(String name);

    ForeignAddresses addresses(String name);

    /// An engine on its own.
    ForeignNetworks NONE = new ForeignNetworks() {
        @Override
        public ForeignDriver driver(String name) {
            throw none(name);
        }

        @Override
        public ForeignAddresses addresses(String name) {
            throw none(name);
        }
    };

    private static NotFound none(String name) {
        return new NotFound("look up plugin " + name, "this engine has no plugins", "use a built-in driver");
    }
}
