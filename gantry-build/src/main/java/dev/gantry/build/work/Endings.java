package dev.gantry.build.work;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/// What is left to do at the end, the last first: all of it, whatever fails of it.
final class Endings implements AutoCloseable {
    private final Deque<Runnable> left = new ArrayDeque<>();

    void push(Runnable ending) {
        left.push(ending);
    }

    @Override
    public void close() {
        @Nullable RuntimeException first = null;
        while (!left.isEmpty()) {
            try {
                left.pop().run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
