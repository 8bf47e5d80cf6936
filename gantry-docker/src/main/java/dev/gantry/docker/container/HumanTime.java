package dev.gantry.docker.container;

import java.time.Duration;

/// Durations in the words of Docker's listings.
final class HumanTime {
    private HumanTime() {}

    static String of(Duration d) {
        long seconds = d.toSeconds();
        if (seconds < 1) {
            return "Less than a second";
        }
        if (seconds == 1) {
            return "1 second";
        }
        if (seconds < 60) {
            return seconds + " seconds";
        }
        long minutes = d.toMinutes();
        if (minutes == 1) {
            return "About a minute";
        }
        if (minutes < 60) {
            return minutes + " minutes";
        }
        long hours = Math.round(seconds / 3600.0);
        if (hours == 1) {
            return "About an hour";
        }
        if (hours < 48) {
            return hours + " hours";
        }
        long wholeHours = d.toHours();
        if (wholeHours < 24 * 7 * 2) {
            return wholeHours / 24 + " days";
        }
        if (wholeHours < 24 * 30 * 2) {
            return wholeHours / 24 / 7 + " weeks";
        }
        if (wholeHours < 24 * 365 * 2) {
            return wholeHours / 24 / 30 + " months";
        }
        return wholeHours / 24 / 365 + " years";
    }
}
