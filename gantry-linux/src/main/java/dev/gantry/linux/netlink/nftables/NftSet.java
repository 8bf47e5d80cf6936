package dev.gantry.linux.netlink.nftables;

import dev.gantry.linux.netlink.Attributes;
import dev.gantry.linux.netlink.Encoder;
import dev.gantry.linux.netlink.Message;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/// A named set, or a map when it has `data`. `intervals` lets elements be ranges, `timeouts` lets them expire.
/// `handle` is 0 before the kernel gave one. <linux/netfilter/nf_tables.h>, nft(8) SETS and MAPS.
public record NftSet(
        Family family,
        String table,
        String name,
        List<KeyType> key,
        List<KeyType> data,
        boolean intervals,
        boolean timeouts,
        String comment,
        long handle) {
    public NftSet {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("set " + name + " has keys of at least one part");
        }
        key = List.copyOf(key);
        data = List.copyOf(data);
    }

    public static NftSet of(Table table, String name, KeyType... key) {
        return new NftSet(table.family(), table.name(), name, List.of(key), List.of(), false, false, "", 0);
    }

    /// The map from keys of this set to such values.
    public NftSet to(KeyType... values) {
        return new NftSet(family, table, name, key, List.of(values), intervals, timeouts, comment, handle);
    }

    public NftSet withIntervals() {
        return new NftSet(family, table, name, key, data, true, timeouts, comment, handle);
    }

    public NftSet withTimeouts() {
        return new NftSet(family, table, name, key, data, intervals, true, comment, handle);
    }

    public NftSet commented(String text) {
        return new NftSet(family, table, name, key, data, intervals, timeouts, text, handle);
    }

    /// A set of intervals with several parts has for each element both ends; with one part, the ends are elements
    /// of their own.
    boolean isConcatenatedInterval() {
        return intervals && key.size() > 1;
    }

    /// One that is there already is left as it is.
    public Message add() {
        int flags = (intervals ? NftHeader.NFT_SET_INTERVAL : 0)
                | (isConcatenatedInterval() ? NftHeader.NFT_SET_CONCAT : 0)
                | (timeouts ? NftHeader.NFT_SET_TIMEOUT : 0)
                | (data.isEmpty() ? 0 : NftHeader.NFT_SET_MAP);
        Encoder e = named().be32(NftHeader.NFTA_SET_FLAGS, flags)
                .be32(NftHeader.NFTA_SET_KEY_TYPE, KeyType.number(key))
                .be32(NftHeader.NFTA_SET_KEY_LEN, KeyType.size(key))
                // Only who adds rules with it in the same transaction uses the id; it has to be there.
                .be32(NftHeader.NFTA_SET_ID, 1);
        if (!data.isEmpty()) {
            e.be32(NftHeader.NFTA_SET_DATA_TYPE, KeyType.number(data));
            if (!data.contains(KeyType.VERDICT)) {
                e.be32(NftHeader.NFTA_SET_DATA_LEN, KeyType.size(data));
            }
        }
        if (isConcatenatedInterval()) {
            e.nest(NftHeader.NFTA_SET_DESC, d -> d.nest(NftHeader.NFTA_SET_DESC_CONCAT, this::fields));
        }
        e.bytes(NftHeader.NFTA_SET_USERDATA, userdata());
        return e.message("add set " + name, Nfgen.type(NftHeader.NFT_MSG_NEWSET), NftHeader.NLM_F_CREATE);
    }

    /// What nft(8) needs to write the elements, and the comment.
    private byte[] userdata() {
        byte[] words = Nfgen.comment(comment, Nfgen.SET_COMMENT);
        ByteBuffer all = ByteBuffer.allocate(12 + words.length).order(ByteOrder.nativeOrder());
        all.put(Nfgen.KEY_BYTE_ORDER).put((byte) 4).putInt(KeyType.byteOrder(key));
        if (!data.isEmpty()) {
            all.put(Nfgen.DATA_BYTE_ORDER).put((byte) 4).putInt(KeyType.byteOrder(data));
        }
        all.put(words);
        return Arrays.copyOf(all.array(), all.position());
    }

    private void fields(Encoder list) {
        key.forEach(k -> list.nest(NftHeader.NFTA_LIST_ELEM, f -> f.be32(NftHeader.NFTA_SET_FIELD_LEN, k.size())));
    }

    /// EBUSY while rules use it.
    public Message delete() {
        return named().message("delete set " + name, Nfgen.type(NftHeader.NFT_MSG_DELSET), 0);
    }

    private Encoder named() {
        return Nfgen.header(family).string(NftHeader.NFTA_SET_TABLE, table).string(NftHeader.NFTA_SET_NAME, name);
    }

    /// As many messages as it takes. An element that is there already is left as it is; EEXIST when the map has
    /// something else for it.
    public List<Message> addElements(List<Element> elements) {
        return Elements.messages(
                this, elements, "add elements to set ", NftHeader.NFT_MSG_NEWSETELEM, NftHeader.NLM_F_CREATE);
    }

    /// By their keys; ENOENT when one is not there.
    public List<Message> deleteElements(List<Element> elements) {
        return Elements.messages(this, elements, "delete elements of set ", NftHeader.NFT_MSG_DELSETELEM, 0);
    }

    /// Deletes all elements.
    public Message flush() {
        return elementList().message("flush set " + name, Nfgen.type(NftHeader.NFT_MSG_DELSETELEM), 0);
    }

    Message allElements() {
        return elementList().message("list elements of set " + name, Nfgen.type(NftHeader.NFT_MSG_GETSETELEM), 0);
    }

    Encoder elementList() {
        return Nfgen.header(family)
                .string(NftHeader.NFTA_SET_ELEM_LIST_TABLE, table)
                .string(NftHeader.NFTA_SET_ELEM_LIST_SET, name);
    }

    static Message all() {
        return Nfgen.header(0, 0).message("list sets", Nfgen.type(NftHeader.NFT_MSG_GETSET), 0);
    }

    public static boolean isIn(Message message) {
        return Nfgen.is(message, NftHeader.NFT_MSG_NEWSET) || Nfgen.is(message, NftHeader.NFT_MSG_DELSET);
    }

    public static NftSet read(Message message) {
        Attributes a = message.attributes(Nfgen.HEADER);
        int flags = a.be32(NftHeader.NFTA_SET_FLAGS, 0);
        boolean map = (flags & NftHeader.NFT_SET_MAP) != 0;
        return new NftSet(
                Family.of(message.u8(0)),
                a.string(NftHeader.NFTA_SET_TABLE),
                a.string(NftHeader.NFTA_SET_NAME),
                KeyType.parts(a.be32(NftHeader.NFTA_SET_KEY_TYPE, 0)),
                map ? KeyType.parts(a.be32(NftHeader.NFTA_SET_DATA_TYPE, 0)) : List.of(),
                (flags & NftHeader.NFT_SET_INTERVAL) != 0,
                (flags & NftHeader.NFT_SET_TIMEOUT) != 0,
                Nfgen.comment(a.bytes(NftHeader.NFTA_SET_USERDATA), Nfgen.SET_COMMENT),
                a.be64(NftHeader.NFTA_SET_HANDLE, 0));
    }
}
