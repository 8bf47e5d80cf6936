package dev.gantry.engine.container;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.Adoption.Verdict;
import dev.gantry.runtime.watch.ExitRecord;
import dev.gantry.runtime.watch.Watch;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Which traces lead to which verdict.
class AdoptionTest {
    private static final String BOOT = "boot-a";
    private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");
    private static final Optional<Watch.Greeting> NO_WATCH = Optional.empty();
    private static final Optional<ExitRecord> NO_RECORD = Optional.empty();

    private static StoredContainer row(ContainerState state, Optional<Exit> exit) {
        return new StoredContainer(
                new ContainerId("a".repeat(64)),
                "a",
                ContainerSpec.of("dir:/").args("true").build(),
                "",
                THEN,
                state,
                new Container.History(Optional.of(THEN), exit, 0, false, ""),
                BOOT,
                "/run/w/a");
    }

    private static StoredContainer running() {
        return row(new ContainerState.Running(41, 900, THEN), Optional.empty());
    }

    private static Optional<Watch.Greeting> watch(Watch.State state, long pid, long startTime) {
        return Optional.of(new Watch.Greeting(1, 40, pid, startTime, state, false));
    }

    private static Optional<ExitRecord> record(String boot, long pid, long startTime) {
        return Optional.of(new ExitRecord(1, boot, pid, startTime, 3, 0, false, 1_767_225_600_000_000_001L, 0));
    }

    @Test
    void aWatchThatRunsItIsBelieved() {
        assertThat(Adoption.judge(running(), BOOT, watch(Watch.State.RUNNING, 41, 900), NO_RECORD))
                .isEqualTo(new Verdict.Running(41, 900));
    }

    @Test
    void aStartThatWasNotStoredIsFoundByItsWatch() {
        var created = row(new ContainerState.Created(), Optional.empty());
        assertThat(Adoption.judge(created, BOOT, watch(Watch.State.RUNNING, 41, 900), NO_RECORD))
                .isEqualTo(new Verdict.Running(41, 900));
    }

    @Test
    void itsOwnRecordDecidesTheEnd() {
        assertThat(Adoption.judge(running(), BOOT, NO_WATCH, record(BOOT, 41, 900)))
                .isInstanceOfSatisfying(
                        Verdict.Ended.class, e -> assertThat(e.exit().code()).isEqualTo(3));
        // Also after the host went down: the record is durable.
        assertThat(Adoption.judge(running(), "boot-b", NO_WATCH, record(BOOT, 41, 900)))
                .isInstanceOf(Verdict.Ended.class);
    }

    @Test
    void theRecordOfAnotherProcessIsNotItsOwn() {
        assertThat(Adoption.judge(running(), BOOT, NO_WATCH, record(BOOT, 41, 901)))
                .isInstanceOf(Verdict.Lost.class);
        assertThat(Adoption.judge(running(), BOOT, NO_WATCH, record(BOOT, 42, 900)))
                .isInstanceOf(Verdict.Lost.class);
        assertThat(Adoption.judge(running(), "boot-b", NO_WATCH, record("boot-b", 41, 900)))
                .isInstanceOf(Verdict.HostRestarted.class);
    }

    @Test
    void withoutAWordTheBootDecides() {
        assertThat(Adoption.judge(running(), BOOT, NO_WATCH, NO_RECORD)).isInstanceOf(Verdict.Lost.class);
        assertThat(Adoption.judge(running(), "boot-b", NO_WATCH, NO_RECORD)).isInstanceOf(Verdict.HostRestarted.class);
    }

    @Test
    void anEndThatWasStoredIsNotSettledTwice() {
        var exit = Adoption.exit(record(BOOT, 41, 900).orElseThrow());
        var ended = row(new ContainerState.Exited(exit), Optional.of(exit));
        assertThat(Adoption.judge(ended, BOOT, NO_WATCH, record(BOOT, 41, 900))).isInstanceOf(Verdict.AsStored.class);
        var created = row(new ContainerState.Created(), Optional.empty());
        assertThat(Adoption.judge(created, BOOT, NO_WATCH, record(BOOT, 41, 900)))
                .isInstanceOf(Verdict.Ended.class);
        assertThat(Adoption.judge(created, BOOT, watch(Watch.State.WAITING, 0, 0), NO_RECORD))
                .isInstanceOf(Verdict.AsStored.class);
    }
}
