package dev.gantry.engine.plugin.cni;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A version of the CNI specification that we speak. Earlier ones have results of another form.
enum CniVersion {
    V0_3_0("0.3.0"),
    V0_3_1("0.3.1"),
    V0_4_0("0.4.0"),
    V1_0_0("1.0.0"),
    V1_1_0("1.1.0");

    private final String text;

    CniVersion(String text) {
        this.text = text;
    }

    static Optional<CniVersion> find(String text) {
        return List.of(values()).stream().filter(v -> v.text.equals(text)).findFirst();
    }

    /// The newest that all of these lists have.
    static Optional<CniVersion> newestOf(List<Set<String>> supported) {
        return List.of(values()).stream()
                .filter(v -> supported.stream().allMatch(s -> s.contains(v.text)))
                .max(Comparator.naturalOrder());
    }

    boolean hasCheck() {
        return compareTo(V0_4_0) >= 0;
    }

    boolean hasGarbageCollection() {
        return compareTo(V1_1_0) >= 0;
    }

    @Override
    public String toString() {
        return text;
    }
}
