package dev.gantry.images.image;

import dev.gantry.base.Conflict;
import dev.gantry.base.Digest;
import dev.gantry.base.GantryException;
import dev.gantry.base.InvalidArgument;
import dev.gantry.base.NotFound;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// What names mean, and how they move. An image that loses its last name without being removed keeps a
/// place in the table as `@sha256:…`, so that it stays listed and is no garbage.
final class Names {
    private static final String NAMELESS = "@";

    private final ImageTable table;
    private final Catalog catalog;
    private final Runnable settling;

    /// Held while several rows change together. Rows are few and changes rare.
    private final ReentrantLock changes = new ReentrantLock();

    /// @param settling makes durable what names will lead to
    Names(ImageTable table, Catalog catalog, Runnable settling) {
        this.table = table;
        this.catalog = catalog;
        this.settling = settling;
    }

    /// The images a user reference means, those of the best platform first; never empty.
    List<StoredImage> find(String userReference) {
        return lookUp(userReference)
                .orElseThrow(() -> new NotFound(
                        "find image " + userReference,
                        "no such image: " + userReference,
                        "pull it, load it from an archive, or see gantry images"));
    }

    /// What was meant, and whether by a name or by an id.
    record Meaning(List<StoredImage> images, Optional<String> name) {}

    Meaning meaning(String userReference) {
        Optional<String> name = row(userReference);
        return new Meaning(find(userReference), name);
    }

    /// The row of the table that a user reference names, if it is not an id.
    Optional<String> row(String userReference) {
        if (userReference.startsWith("sha256:")) {
            return Optional.empty();
        }
        Reference reference;
        try {
            reference = Reference.parse(userReference);
        } catch (InvalidArgument e) {
            if (isHex(userReference)) {
                return Optional.empty();
            }
            throw e;
        }
        if (table.find(reference.toString()).isPresent()) {
            return Optional.of(reference.toString());
        }
        // `name@sha256:…` also means an image that is here under a tag of that name.
        if (reference instanceof Reference.Pinned pinned) {
            return table.list().stream()
                    .filter(e -> !e.name().startsWith(NAMELESS)
                            && e.target().equals(pinned.digest())
                            && Reference.parse(e.name()).repository().equals(pinned.repository()))
                    .map(ImageTable.Entry::name)
                    .findFirst();
        }
        return Optional.empty();
    }

    /// The row of a name whose image cannot be read, so that the name can be taken off all the same.
    List<ImageTable.Entry> damaged(String userReference) {
        return row(userReference).stream()
                .flatMap(name -> table.find(name).map(t -> new ImageTable.Entry(name, t)).stream())
                .filter(row -> readable(row.target()).isEmpty())
                .toList();
    }

    private Optional<List<StoredImage>> lookUp(String userReference) {
        Optional<String> row = row(userReference);
        if (row.isPresent()) {
            return row.flatMap(table::find).map(catalog::images).filter(i -> !i.isEmpty());
        }
        String hex = userReference.startsWith("sha256:") ? userReference.substring(7) : userReference;
        return isHex(hex) ? byId(hex) : Optional.empty();
    }

    private Optional<List<StoredImage>> byId(String prefix) {
        Map<Digest, List<StoredImage>> found = new LinkedHashMap<>();
        for (Digest target : targets()) {
            for (StoredImage image : readable(target)) {
                if (image.id().digest().hex().startsWith(prefix)
                        || image.manifest().digest().hex().startsWith(prefix)
                        || image.target().hex().startsWith(prefix)) {
                    found.putIfAbsent(image.id().digest(), List.of(image));
                }
            }
        }
        if (found.size() > 1 && prefix.length() < 64) {
            throw new InvalidArgument(
                    "find image " + prefix,
                    found.size() + " images have an id that begins so",
                    "give more digits of the id");
        }
        return found.values().stream().findFirst();
    }

    /// Gives `target` the names. What a name meant before keeps its place without a name.
    void put(List<Reference> names, Digest target) {
        settling.run();
        changes.lock();
        try {
            for (Reference name : names) {
                Optional<Digest> before = table.find(name.toString());
                if (before.isPresent() && before.get().equals(target)) {
                    continue;
                }
                if (before.isPresent() && rowsOf(Set.of(before.get())).size() == 1) {
                    table.put(NAMELESS + before.get(), before.get());
                }
                table.put(name.toString(), target);
            }
            if (names.isEmpty()) {
                if (rowsOf(Set.of(target)).isEmpty()) {
                    table.put(NAMELESS + target, target);
                }
            } else {
                table.remove(NAMELESS + target);
            }
        } finally {
            changes.unlock();
        }
    }

    Optional<Digest> target(Reference name) {
        return table.find(name.toString());
    }

    /// Runs `change` while no other change of names runs.
    <T> T changing(java.util.function.Supplier<T> change) {
        changes.lock();
        try {
            return change.get();
        } finally {
            changes.unlock();
        }
    }

    void removeRow(String row) {
        table.remove(row);
    }

    void keepNameless(Digest target) {
        table.put(NAMELESS + target, target);
    }

    /// Each that is here of what would go with `image`: of its index, and of others that lead to it.
    List<Platform> platforms(StoredImage image) {
        Set<Digest> targets = new LinkedHashSet<>(List.of(image.target()));
        rowsOf(image.id()).forEach(row -> targets.add(row.target()));
        return targets.stream()
                .flatMap(target -> readable(target).stream())
                .map(one -> one.config().platform())
                .distinct()
                .toList();
    }

    /// All rows whose image is the one of `id`, names in alphabetical order.
    List<ImageTable.Entry> rowsOf(Image.Id id) {
        return table.list().stream()
                .filter(e -> {
                    List<StoredImage> images = readable(e.target());
                    return !images.isEmpty() && images.getFirst().id().equals(id);
                })
                .toList();
    }

    private List<ImageTable.Entry> rowsOf(Set<Digest> targets) {
        return table.list().stream().filter(e -> targets.contains(e.target())).toList();
    }

    static boolean isNameless(ImageTable.Entry row) {
        return row.name().startsWith(NAMELESS);
    }

    /// Each target once.
    List<Digest> targets() {
        return table.list().stream().map(ImageTable.Entry::target).distinct().toList();
    }

    /// An image and the rows that mean it.
    record Named(StoredImage image, List<ImageTable.Entry> rows) {}

    /// For listings: what cannot be read does not hide the rest.
    List<Named> byImage() {
        Map<Image.Id, Named> rows = new LinkedHashMap<>();
        for (ImageTable.Entry row : table.list()) {
            List<StoredImage> images = readable(row.target());
            if (!images.isEmpty()) {
                StoredImage image = images.getFirst();
                rows.computeIfAbsent(image.id(), _ -> new Named(image, new ArrayList<>()))
                        .rows()
                        .add(row);
            }
        }
        return List.copyOf(rows.values());
    }

    private List<StoredImage> readable(Digest target) {
        try {
            return catalog.images(target);
        } catch (InvalidArgument | Conflict _) {
            return List.of();
        } catch (GantryException e) {
            if (e instanceof NotFound) {
                return List.of();
            }
            throw e;
        }
    }

    private static boolean isHex(String text) {
        return !text.isEmpty()
                && text.length() <= 64
                && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }
}
