export async function downloadCase() {}
