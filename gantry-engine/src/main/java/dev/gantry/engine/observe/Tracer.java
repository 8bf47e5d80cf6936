package dev.gantry.engine.observe;

/// Takes what was done, for those who follow a request through many programs. It never waits and never fails.
public interface Tracer {
    /// Nobody follows.
    Tracer NONE = new Tracer() {
        @Override
        public boolean follows() {
            return false;
        }

        @Override
        public void ended(Span span) {
            throw new IllegalStateException("nobody follows");
        }
    };

    /// Whether spans are worth making.
    boolean follows();

    void ended(Span span);
}
