package dev.gantry.engine.store;

import java.time.Clock;

class InMemoryEngineStoreTest extends EngineStoreContract {
    @Override
    EngineStore make(Clock clock) {
        return new InMemoryEngineStore(clock);
    }
}
