/** How we name ourselves wherever we call: RFC 9110, section 10.1.5. */
export const USER_AGENT = 'conductorone-vaults/1'
