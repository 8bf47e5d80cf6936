package dev.gantry.images.image;

import dev.gantry.base.Conflict;
import dev.gantry.base.Digest;
import dev.gantry.base.Platform;
import dev.gantry.base.Reference;
import dev.gantry.images.document.PlatformMatch;
import dev.gantry.images.snapshot.ChainId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Docker's rules for taking names and images away, decided before anything is touched.
final class Remover {
    private final Names names;

    Remover(Names names) {
        this.names = names;
    }

    /// The rows to take away, the images that are gone with them (one or none), and the targets that
    /// stay listed without a name.
    record Plan(List<ImageTable.Entry> rows, List<StoredImage> gone, List<Digest> nameless) {
        Plan {
            rows = List.copyOf(rows);
            gone = List.copyOf(gone);
            nameless = List.copyOf(nameless);
        }
    }

    Plan plan(String userReference, boolean force, Images.InUse inUse) {
        List<ImageTable.Entry> damaged = names.damaged(userReference);
        if (!damaged.isEmpty()) {
            return new Plan(damaged, List.of(), List.of());
        }
        Names.Meaning meaning = names.meaning(userReference);
        StoredImage image = meaning.images().getFirst();
        List<ImageTable.Entry> rows = names.rowsOf(image.id());
        List<Images.InUse.User> users = inUse.of(image.id());
        return meaning.name().isPresent()
                ? byName(userReference, meaning.name().get(), rows, image, users, force)
                : byId(userReference, rows, image, users, force);
    }

    /// What goes would go with all its platforms, and who names one wants to keep the others.
    void checkOnlyFor(Platform wanted, String userReference) {
        StoredImage image = names.meaning(userReference).images().getFirst();
        List<Platform> here = names.platforms(image);
        if (here.stream().noneMatch(p -> PlatformMatch.same(p, wanted))) {
            throw StoredImage.notFor(wanted, userReference);
        }
        List<Platform> others =
                here.stream().filter(p -> !PlatformMatch.same(p, wanted)).toList();
        if (!others.isEmpty()) {
            throw new Conflict(
                    "remove image " + userReference + " for " + wanted,
                    "it is here for " + others.getFirst() + " too, and an image is removed with all its platforms",
                    "leave the platform out to remove them all");
        }
    }

    private static Plan byName(
            String asked,
            String name,
            List<ImageTable.Entry> rows,
            StoredImage image,
            List<Images.InUse.User> users,
            boolean force) {
        List<ImageTable.Entry> going = new ArrayList<>();
        List<ImageTable.Entry> staying = new ArrayList<>();
        rows.forEach(r -> (r.name().equals(name) ? going : staying).add(r));
        // Digests that came with a tag go with the last tag of their repository.
        Reference gone = Reference.parse(name);
        if (gone instanceof Reference.Tagged && staying.stream().noneMatch(r -> isTagOf(r, gone))) {
            List<ImageTable.Entry> pinned =
                    staying.stream().filter(r -> isPinnedOf(r, gone)).toList();
            going.addAll(pinned);
            staying.removeAll(pinned);
        }
        staying.removeIf(Names::isNameless);
        if (!staying.isEmpty()) {
            return new Plan(going, List.of(), List.of());
        }
        if (!users.isEmpty() && !force) {
            throw new Conflict(
                    "remove image " + asked,
                    "conflict: unable to remove repository reference \"" + asked + "\" (must force) - container "
                            + users.getFirst().container().shortHex() + " is using its referenced image "
                            + image.id().digest().shortHex(),
                    "remove the container, or use --force");
        }
        boolean running = users.stream().anyMatch(Images.InUse.User::running);
        return running
                ? new Plan(going, List.of(), List.of(image.target()))
                : new Plan(going, List.of(image), List.of());
    }

    private static Plan byId(
            String asked,
            List<ImageTable.Entry> rows,
            StoredImage image,
            List<Images.InUse.User> users,
            boolean force) {
        String id = image.id().digest().shortHex();
        if (rows.isEmpty()) {
            throw new Conflict(
                    "remove image " + asked,
                    "it came with those of other platforms under one name, which means another of them here",
                    "remove that name, and all of them go");
        }
        Optional<Images.InUse.User> running =
                users.stream().filter(Images.InUse.User::running).findFirst();
        if (running.isPresent()) {
            throw new Conflict(
                    "remove image " + asked,
                    "conflict: unable to delete " + id
                            + " (cannot be forced) - image is being used by running container "
                            + running.get().container().shortHex(),
                    "stop and remove the container first");
        }
        if (!force && !users.isEmpty()) {
            throw new Conflict(
                    "remove image " + asked,
                    "conflict: unable to delete " + id + " (must be forced) - image is being used by stopped container "
                            + users.getFirst().container().shortHex(),
                    "remove the container, or use --force");
        }
        List<Reference> tags = rows.stream()
                .filter(r -> !Names.isNameless(r))
                .map(r -> Reference.parse(r.name()))
                .filter(Reference.Tagged.class::isInstance)
                .toList();
        if (!force && tags.size() > 1) {
            throw new Conflict(
                    "remove image " + asked,
                    "conflict: unable to delete " + id
                            + " (must be forced) - image is referenced in multiple repositories",
                    "remove its names one by one, or use --force");
        }
        return new Plan(rows, List.of(image), List.of());
    }

    /// Takes the rows away.
    List<Images.Removal> untag(Plan plan) {
        List<Images.Removal> removals = new ArrayList<>();
        plan.nameless().forEach(names::keepNameless);
        for (ImageTable.Entry row : plan.rows()) {
            names.removeRow(row.name());
            if (!Names.isNameless(row)) {
                removals.add(
                        new Images.Removal.Untagged(Reference.parse(row.name()).familiar()));
            }
        }
        return removals;
    }

    /// After a sweep: the image, and those of its unpacked layers that nothing else needed.
    static List<Images.Removal> deleted(Plan plan, List<ChainId> sweptLayers) {
        List<Images.Removal> removals = new ArrayList<>();
        for (StoredImage image : plan.gone()) {
            removals.add(new Images.Removal.Deleted(image.id().digest()));
            for (StoredImage.Layer layer : image.layers().reversed()) {
                if (sweptLayers.contains(layer.chain())) {
                    removals.add(new Images.Removal.Deleted(layer.chain().digest()));
                }
            }
        }
        return removals;
    }

    private static boolean isTagOf(ImageTable.Entry row, Reference gone) {
        return !Names.isNameless(row)
                && Reference.parse(row.name()) instanceof Reference.Tagged t
                && t.repository().equals(gone.repository());
    }

    private static boolean isPinnedOf(ImageTable.Entry row, Reference gone) {
        return !Names.isNameless(row)
                && Reference.parse(row.name()) instanceof Reference.Pinned p
                && p.repository().equals(gone.repository());
    }
}
