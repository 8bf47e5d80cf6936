package dev.gantry.images.content;

class InMemoryContentStoreTest extends ContentStoreContract {
    @Override
    ContentStore emptyStore() {
        return new InMemoryContentStore();
    }
}
