/** Smallest typed array that V8 keeps outside its heap, where compiled code can name its address. */
export const OFF_HEAP_CELLS = 32;
