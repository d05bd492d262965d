/** Whether a request only asks for the site's address, as the first start of a process does. */
export function isAddressCall({ url }: { url?: string | undefined }): boolean {
  return url === '/api/get_user_info?lang=en_us';
}
