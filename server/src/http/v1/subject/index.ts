import type { Endpoint } from '../endpoint.ts';
import { createUserEndpoint } from './create-user.ts';
import { deleteUserEndpoint } from './delete-user.ts';
import { listUsersEndpoint } from './list-users.ts';
import { updateUserEndpoint } from './update-user.ts';

export const subjectEndpoints: readonly Endpoint[] = [
  listUsersEndpoint,
  createUserEndpoint,
  updateUserEndpoint,
  deleteUserEndpoint,
];
