package dev.gantry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Conflict;
import dev.gantry.base.ContainerId;
import dev.gantry.base.Digest;
import dev.gantry.engine.container.Container;
import dev.gantry.engine.container.ContainerSpec;
import dev.gantry.engine.container.ContainerState;
import dev.gantry.engine.container.ContainerTable.Durability;
import dev.gantry.engine.container.Exit;
import dev.gantry.engine.container.StoredContainer;
import dev.gantry.engine.event.Event;
import dev.gantry.engine.event.EventDraft;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every store of an engine promises.
abstract class EngineStoreContract {
    protected static final Instant NOW = Instant.parse("2026-02-03T04:05:06.123456789Z");
    private static final Random RANDOM = new Random(7);

    protected EngineStore store;

    abstract EngineStore make(Clock clock);

    @BeforeEach
    void open() {
        store = make(Clock.systemUTC());
    }

    @AfterEach
    void close() {
        store.close();
    }

    protected static StoredContainer row(String name) {
        return new StoredContainer(
                ContainerId.random(RANDOM),
                name,
                ContainerSpec.of("debian").args("true").label("a", "b").build(),
                "sha256:" + "0".repeat(64),
                NOW,
                new ContainerState.Created(),
                new Container.History(Optional.empty(), Optional.empty(), 0, false, ""),
                "",
                "");
    }

    protected static StoredContainer withState(StoredContainer r, ContainerState state, Container.History history) {
        return new StoredContainer(
                r.id(), r.name(), r.spec(), r.imageId(), r.created(), state, history, "boot", "/run/w/1");
    }

    protected static EventDraft event(String action, StoredContainer row) {
        return new EventDraft(NOW, Event.Kind.CONTAINER, action, row.id().hex(), Map.of("name", row.name()));
    }

    @Test
    void aChangeAndItsEventAreSeenTogether() {
        var row = row("web-1");
        store.containers().insert(row, event("create", row), Durability.POWER).await();
        assertThat(store.events().after(0, 10))
                .containsExactly(new Event(
                        1, NOW, Event.Kind.CONTAINER, "create", row.id().hex(), Map.of("name", "web-1")));
    }

    @Test
    void theSameNameTwiceIsAConflictAndLeavesNoEvent() {
        var first = row("web-1");
        var second = row("web-1");
        store.containers()
                .insert(first, event("create", first), Durability.POWER)
                .await();
        var commit = store.containers().insert(second, event("create", second), Durability.POWER);
        assertThatThrownBy(commit::await).isInstanceOf(Conflict.class);
        assertThat(store.events().last()).isEqualTo(1);
    }

    @Test
    void aNameIsFreeOnceItsContainerIsDeleted() {
        var first = row("web-1");
        var second = row("web-1");
        store.containers()
                .insert(first, event("create", first), Durability.POWER)
                .await();
        store.containers()
                .delete(first.id(), List.of(event("destroy", first)), Durability.POWER)
                .await();
        store.containers()
                .insert(second, event("create", second), Durability.POWER)
                .await();
        assertThat(store.events().last()).isEqualTo(3);
    }

    @Test
    void deletingWhatIsAbsentIsNoError() {
        store.containers().delete(row("x").id(), List.of(), Durability.POWER).await();
    }

    @Test
    void eventsOfManyWritersHaveNoGapsAndNoDuplicates() throws Exception {
        Thread[] writers = new Thread[20];
        for (int i = 0; i < writers.length; i++) {
            int n = i;
            writers[i] = Thread.startVirtualThread(() -> {
                for (int k = 0; k < 10; k++) {
                    var row = row("c-" + n + "-" + k);
                    store.containers()
                            .insert(row, event("create", row), Durability.PROCESS)
                            .await();
                }
            });
        }
        for (Thread t : writers) {
            t.join();
        }
        assertThat(store.events().after(0, 1000)).hasSize(200);
        assertThat(store.events().after(0, 1000).stream().map(Event::sequence))
                .isSorted()
                .doesNotHaveDuplicates()
                .startsWith(1L)
                .endsWith(200L);
    }

    @Test
    void aReaderWaitsForTheNextEvent() throws Exception {
        var ready = new CountDownLatch(1);
        var cursor = store.events().from(store.events().last());
        Thread writer = Thread.startVirtualThread(() -> {
            try {
                ready.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            store.events().publish(Event.Kind.IMAGE, "pull", "debian", Map.of());
        });
        assertThat(cursor.next(Duration.ofMillis(1))).isEmpty();
        ready.countDown();
        assertThat(cursor.next(Duration.ofSeconds(60)).orElseThrow().action()).isEqualTo("pull");
        assertThat(cursor.next(Duration.ofMillis(1))).isEmpty();
        writer.join();
    }

    @Test
    void sinceFindsTheFirstEventAtOrAfterATime() {
        var row = row("a");
        for (int i = 0; i < 3; i++) {
            var draft = new EventDraft(
                    NOW.plusSeconds(i), Event.Kind.CONTAINER, "e" + i, row.id().hex(), Map.of());
            store.containers().update(row, List.of(draft), Durability.PROCESS).await();
        }
        assertThat(store.events().before(NOW.plusSeconds(1))).isEqualTo(1);
        assertThat(store.events().before(NOW.plusSeconds(9))).isEqualTo(3);
    }

    @Test
    void onlyTheNewestEventsAreKept() {
        for (int i = 0; i < EngineStore.EVENTS_KEPT + 1000; i++) {
            store.events().publish(Event.Kind.IMAGE, "pull", "n" + i, Map.of());
        }
        var kept = store.events().after(0, Integer.MAX_VALUE);
        assertThat(kept).hasSize(EngineStore.EVENTS_KEPT);
        assertThat(kept.getLast().subject()).isEqualTo("n" + (EngineStore.EVENTS_KEPT + 999));
    }

    @Test
    void anImageNameMovesAndGoes() {
        var images = store.images();
        var one = Digest.sha256("1".repeat(64));
        var two = Digest.sha256("2".repeat(64));
        images.put("docker.io/library/debian:12", one);
        images.put("docker.io/library/debian:12", two);
        assertThat(images.find("docker.io/library/debian:12")).contains(two);
        assertThat(images.list()).hasSize(1);
        assertThat(images.remove("docker.io/library/debian:12")).isTrue();
        assertThat(images.remove("docker.io/library/debian:12")).isFalse();
        assertThat(images.list()).isEmpty();
    }

    protected static Container.History ran(Exit exit) {
        return new Container.History(Optional.of(NOW), Optional.of(exit), 2, true, "words");
    }
}
