class Service {
    public static void main(String[] args) {
        System.out.println("served by Java " + Runtime.version().feature());
    }
}
